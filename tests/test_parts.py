"""Several processes deliver together: each mail once, and the outcomes counted as if one had done it."""

from pathlib import Path

import pytest

from tests.shell import shell


def test_two_processes_send_each_mail_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DIGEST_DELIVERY_PROCESSES", "2")
    monkeypatch.setattr("digest.app.product.WORTH_IT", 5)
    with shell(tmp_path, monkeypatch, capsys) as digest:
        for number in range(7):
            digest("subscriber", "add", f"reader{number}@example.org")
        digest("ingest")
        digest("compose")

        assert "deliver: 7 sent" in digest("deliver")
        assert "deliver: 0 sent" in digest("deliver")
        assert len({mail.name.partition("@")[0] for mail in digest.mails}) == len(digest.mails) == 7
