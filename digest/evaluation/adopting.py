"""From what a back-test advises to how readers are ranked."""

import logging

from digest.evaluation.report import ReaderLine, Report
from digest.store import Store, Transaction

log = logging.getLogger(__name__)


def adopt(store: Store, found: Report) -> tuple[ReaderLine, ...]:
    """Give readers the learner that their votes advise, and tell whose was changed; a second time that is nobody's."""
    with store.begin() as tx:
        return tuple(line for line in found.changes if _changed(tx, line))


def _changed(tx: Transaction, line: ReaderLine) -> bool:
    """Whether the reader is still there, with the learner that was measured, and now has the advised one."""
    subscriber = tx.subscribers.find(line.address)
    if subscriber is None or subscriber.learner is not line.learner:
        return False
    tx.subscribers.change(subscriber.id, learner=line.advised)
    log.info("learner changed subscriber=%d learner=%s was=%s", subscriber.id, line.advised, line.learner)
    return True
