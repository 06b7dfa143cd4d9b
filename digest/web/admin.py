"""The admin API: what the command line does to subscribers and profiles, for programs that have the key.

Below /api/admin, with `Authorization: Bearer KEY` ([web] admin_key_file); without a key there is no such thing. Every
change but that of adding may be sent twice and is made once. The document is /api/admin/openapi.json.
"""

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from digest import __version__
from digest.app import App
from digest.membership.typed import LONGEST_NAME
from digest.store.audits import Audit
from digest.subscribers import SubscriberState
from digest.web import adminbodies as bodies
from digest.web import administering as work
from digest.web.api import JSON, encoded, problem
from digest.web.asking import Asking
from digest.web.bodies import drained, json_of
from digest.web.jsonbodies import made_of
from digest.web.openapi import Operation, Parameter, Refused, document, plain, taken
from digest.web.pages import Pages

_ROOT = "/api/admin"
_WHO = "key:admin_key"  # the one key there is, by its setting
_LONGEST = 100  # characters of a paper's id in the audit log
_MOST_NUMBER = 2**31 - 1  # of a subscriber
_NUMBER = Parameter(
    name="number", said="The number of a subscriber", kind=int, in_path=True, least=1, most=_MOST_NUMBER
)
_NAME = Parameter(name="name", said="The name of an interest", in_path=True, least=1, most=LONGEST_NAME, example="main")
_PAPER = Parameter(name="id", said="A paper that is kept here", in_path=True, least=1, most=2000, example="2601.10962")
_STATES = tuple(state.value for state in SubscriberState)
_BODY = {401: "No key, or another one", 413: "Too much", 415: "No JSON", 422: "Not to be used"}
_KEY = {401: "No key, or another one"}
_ONE = f"{_ROOT}/subscribers/{{number}}"


class AdminDoor:
    """Answers below /api/admin, to who has the key."""

    def __init__(self, ask: Asking, pages: Pages, key: str) -> None:
        """`key` is what must be sent; with "" nothing is answered at all."""
        self._ask = ask
        self._pages = pages
        self._key = key

    def routes(self) -> list[Route]:
        if not self._key:
            return []
        told = [Route(f"{_ROOT}/openapi.json", self._guarded(self._document))]
        return told + [
            Route(each.path, self._guarded(self._answering(each)), methods=[each.method]) for each in OPERATIONS
        ]

    def _guarded(self, answering: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            scheme, _, sent = request.headers.get("authorization", "").partition(" ")
            # Digests are of one length, so that not even that of the key is told by the time it takes.
            if scheme.lower() != "bearer" or not hmac.compare_digest(_digest(sent.strip()), _digest(self._key)):
                answer = problem(Refused(401, "Not without the key", "Authorization: expected Bearer and the key"))
                answer.headers["WWW-Authenticate"] = "Bearer"
                return answer
            return await answering(request)

        return guarded

    def _answering(self, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
        async def answering(request: Request) -> Response:
            try:
                values = taken(operation, request.path_params, request.query_params.multi_items())
                return await self._done(operation, request, values)
            except Refused as refused:
                return problem(refused)

        return answering

    async def _done(self, operation: Operation, request: Request, values: dict[str, Any]) -> Response:
        if operation.body is not None:
            values["body"] = made_of(operation.body, await json_of(request))
        else:
            await drained(request)
        found = await self._ask(lambda app: _done_and_noted(app, operation, values))
        if found is None:
            raise Refused(404, "No such thing", "there is no such subscriber, or no such paper is kept here")
        if operation.answer is None:
            return Response(status_code=204)
        return Response(encoded(plain(found)), media_type=JSON)

    async def _document(self, request: Request) -> Response:
        """The OpenAPI document of this part."""
        site = self._pages.site
        made = document(
            OPERATIONS,
            title=f"{site.name}: administration",
            version=__version__,
            server=site.url.rstrip("/"),
            said="Subscribers and their profiles.",
        )
        return Response(encoded(made), media_type=JSON)


def _done_and_noted(app: App, operation: Operation, values: dict[str, Any]) -> Any:
    """What an operation answers; a change that was made is in the audit log."""
    found = operation.work(app, **values)
    if operation.method != "GET" and found is not None:
        made = getattr(found, "number", None) or values.get("number")
        target = ", ".join([f"subscriber {made}", *([f"paper {values['id']}"[:_LONGEST]] if "id" in values else [])])
        with app.store.begin() as tx:
            tx.audits.note(Audit(at=app.now, who=_WHO, what=operation.id, target=target, outcome="done"))
    return found


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()


def _operation(id: str, method: str, path: str, said: str, **others: Any) -> Operation:
    refusals = _BODY if "body" in others else _KEY
    return Operation(
        **{
            "id": id,
            "method": method,
            "path": path,
            "said": said,
            "answer": None,
            "needs_key": True,
            **others,
            "refusals": refusals | others.get("refusals", {}),
        }
    )


OPERATIONS = (
    _operation(
        "listSubscribers",
        "GET",
        f"{_ROOT}/subscribers",
        "All readers",
        work=work.subscribers,
        parameters=(Parameter(name="state", said="Only those in this state", choices=_STATES),),
        answer=bodies.SubscribersAnswer,
    ),
    _operation(
        "addSubscriber",
        "POST",
        f"{_ROOT}/subscribers",
        "Add a reader, active at once",
        work=work.add,
        body=bodies.NewSubscriber,
        answer=bodies.SubscriberAnswer,
        refusals={409: "There already"},
    ),
    _operation(
        "showSubscriber",
        "GET",
        _ONE,
        "One reader with their profile",
        work=work.subscriber,
        parameters=(_NUMBER,),
        answer=bodies.ReaderAnswer,
    ),
    _operation(
        "changeSubscriber",
        "PUT",
        _ONE,
        "Change when, how much and in which form somebody gets it",
        work=work.change,
        parameters=(_NUMBER,),
        body=bodies.Delivery,
        answer=bodies.SubscriberAnswer,
    ),
    _operation(
        "removeSubscriber",
        "DELETE",
        _ONE,
        "Send nothing more; what was sent stays known",
        work=work.remove,
        parameters=(_NUMBER,),
    ),
    _operation(
        "setState",
        "PUT",
        f"{_ONE}/state",
        "Pause, resume or let go",
        work=work.set_state,
        parameters=(_NUMBER,),
        body=bodies.NewState,
        answer=bodies.SubscriberAnswer,
        refusals={409: "Only the reader can change that"},
    ),
    _operation(
        "setInterest",
        "PUT",
        f"{_ONE}/interests/{{name}}",
        "Have an interest say that and nothing else",
        work=work.set_interest,
        parameters=(_NUMBER, _NAME),
        body=bodies.InterestBody,
        answer=bodies.InterestAnswer,
    ),
    _operation(
        "dropInterest",
        "DELETE",
        f"{_ONE}/interests/{{name}}",
        "Forget an interest; its votes belong to main",
        work=work.drop_interest,
        parameters=(_NUMBER, _NAME),
        refusals={422: "Not to be used"},
    ),
    _operation(
        "vote",
        "PUT",
        f"{_ONE}/votes/{{id:path}}",
        "Say for a reader what a paper is worth",
        work=work.vote,
        parameters=(_NUMBER, _PAPER),
        body=bodies.VoteBody,
    ),
    _operation(
        "unvote",
        "DELETE",
        f"{_ONE}/votes/{{id:path}}",
        "Take a verdict back",
        work=work.unvote,
        parameters=(_NUMBER, _PAPER),
    ),
)
