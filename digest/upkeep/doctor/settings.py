"""What the doctor needs to be told."""

import ipaddress
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorSettings:
    """Whom it asks for DNS records, and where backups lie."""

    resolver: str = ""  # the address of a DNS resolver; "" asks none
    backups: str = field(default="", metadata={"path": True})  # a folder; "" is not looked at
    backup_days: int = 2  # after which the newest backup is too old

    def __post_init__(self) -> None:
        if self.resolver:
            try:
                ipaddress.ip_address(self.resolver)
            except ValueError as error:
                raise ValueError(f"resolver: expected an address such as 9.9.9.9, found {self.resolver!r}") from error
        if self.backup_days < 1:
            raise ValueError("backup_days: expected 1 or more")
