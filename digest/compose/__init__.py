"""Compose: papers × profiles → kept editions."""

from digest.compose.common import compose_lists
from digest.compose.day import Composed, compose_editions, preview
from digest.compose.explanation import Explanation, explain
from digest.compose.run import compose
from digest.compose.trying import try_out

__all__ = ["Composed", "Explanation", "compose", "compose_editions", "compose_lists", "explain", "preview", "try_out"]
