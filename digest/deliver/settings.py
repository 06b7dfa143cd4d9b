"""What becomes of mails in doubt: as the configuration has it."""

from digest.deliverysettings import DeliverySettings, Uncertain

__all__ = ["DeliverySettings", "Uncertain"]
