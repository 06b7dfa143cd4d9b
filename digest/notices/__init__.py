"""What the operator hears: alarms by mail and webhook, and a ping on every good day."""

from digest.notices.alarm import Alarm

__all__ = ["Alarm"]
