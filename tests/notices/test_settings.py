"""What an operator may write into [alarms]."""

import pytest

from digest.notices.settings import AlarmSettings


@pytest.mark.parametrize("name", ["webhook_url", "ping_url"])
@pytest.mark.parametrize("url", ["file://s3cret", "https://[s3cret", "https://", "https://host:s3cret/", "s3cret"])
def test_a_url_of_another_kind_is_refused_without_repeating_it(name: str, url: str) -> None:
    with pytest.raises(ValueError, match=f"{name}: expected a URL") as caught:
        AlarmSettings(**{name: url})

    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("address", ["ops", "Ops <ops@example.org>", "a@example.org, b@example.org", "@", "a@"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="mail_to: expected one bare address"):
        AlarmSettings(mail_to=address)
