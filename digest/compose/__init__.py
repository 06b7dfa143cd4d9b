"""Compose: papers × profiles → kept editions."""

from digest.compose.day import Composed, preview
from digest.compose.explanation import Explanation, explain
from digest.compose.run import compose
from digest.compose.trying import try_out

__all__ = ["Composed", "Explanation", "compose", "explain", "preview", "try_out"]
