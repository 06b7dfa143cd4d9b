"""Measurements that can be repeated by anyone: `python -m benchmarks.<name> --help`."""
