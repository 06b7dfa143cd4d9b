"""The work of many machines: a queue in PostgreSQL, whose tasks call the verbs of the product.

Correctness rests on the tables (unique keys, claims, leases) and never on the queue, which `plan` fills from them.
"""

from digest.worker.planning import QUEUES

__all__ = ["QUEUES"]
