"""Who comes to a show: viewers, askers, buyers and one host, as locust users over the real socket.

Each keeps one socket open, acts every few seconds, and comes back by itself when it loses the connection.
"""

import random
import uuid
from typing import Any

import gevent
from locust import FastHttpUser, User, between, task
from locust.exception import StopUser

from loadtests.live_socket import SocketClosed
from loadtests.record import RunRecord
from loadtests.session import Refused, Session

KINDS = ("heart", "heart", "heart", "clap", "fire", "laugh", "wow")
BACK_SECONDS_MAX = 3.0


class Audience(User):
    """What all of them do: join, watch, come back."""

    abstract = True
    wait_time = between(1, 3)
    session: Session

    def on_start(self) -> None:
        """Join as a new guest, or with the staff's token."""
        options = self.environment.parsed_options
        self.record = RunRecord.of(self.environment)
        self.session = Session(self.host or "", options.show, self.record, token=self.token())
        self.join()

    def on_stop(self) -> None:
        """Leave."""
        self.session.close()

    def token(self) -> str | None:
        """The token to join with; none makes a guest."""
        return None

    def join(self) -> None:
        """Join, again after a pause for as long as it does not work, and say that the video plays."""
        while not self.session.joined:
            try:
                self.session.join(source="load")
                self.session.tell("playing")
            except (SocketClosed, OSError) as error:
                self.record.failed("socket", "join", str(error))
                self.session.close()
                gevent.sleep(random.uniform(0, BACK_SECONDS_MAX))
            except Refused as refused:
                self.record.failed("socket", "join", str(refused))
                raise StopUser from refused

    def act(self, type: str, *, expected: tuple[str, ...] = (), **fields: Any) -> dict[str, Any] | None:
        """Carry out one command; return its reply, or None when it was refused with an `expected` code or the socket went away."""
        if not self.session.joined:
            gevent.sleep(self.session.wait_ms / 1000 * random.random())
            self.join()
        try:
            return self.session.command(type, **fields)
        except Refused as refused:
            if refused.code in expected:
                self.record.measured("refused", f"{type} {refused.code}", 0)
            else:
                self.record.failed("command", type, str(refused))
        except (SocketClosed, OSError):
            self.session.close()
        return None

    def some_product(self) -> str | None:
        """A product of the show, at random."""
        return random.choice(self.session.products) if self.session.products else None

    def some_goods(self) -> str | None:
        """Something that is sold, a product or a variant, at random."""
        return random.choice(list(self.session.stock)) if self.session.stock else None


class ViewerUser(Audience):
    """Watches, taps, looks at cards, and now and then loses the network."""

    weight = 16

    @task(12)
    def react(self) -> None:
        """Tap a few times; the page adds the taps up."""
        self.act("react", kind=random.choice(KINDS), n=random.randint(1, 5))

    @task(3)
    def look(self) -> None:
        """See cards."""
        self.act("impression", products=self.session.products[:6] or ["none"])

    @task(2)
    def click(self) -> None:
        """Open a card."""
        product = self.some_product()
        if product:
            self.act("click", product=product)

    @task(1)
    def look_away(self) -> None:
        """Hide the page for a moment."""
        self.act("playing", playing=False)
        gevent.sleep(random.uniform(0.2, 1))
        self.act("playing", playing=True)

    @task(1)
    def lose_the_network(self) -> None:
        """Cut the connection, come back a moment later and recover what was missed."""
        self.session.cut()
        gevent.sleep(random.uniform(0.1, 2))
        self.join()


class AskerUser(Audience):
    """Asks, and votes for what others asked."""

    weight = 2

    @task(1)
    def ask(self) -> None:
        """Ask a new question."""
        reply = self.act(
            "ask", text=f"Does it come in size {random.randint(30, 50)}?", expected=("too_fast",)
        )
        if reply is not None:
            self.record.acknowledge("questions", reply["question"])

    @task(3)
    def vote(self) -> None:
        """Vote for one of the last questions."""
        if self.session.questions:
            question = random.choice(self.session.questions[-50:])
            if self.act("vote", question=question, expected=("conflict", "not_found")) is not None:
                self.record.acknowledge("votes", f"{self.session.viewer} {question}")


class BuyerUser(Audience, FastHttpUser):
    """Buys, by socket and by HTTP, and sometimes sends the same purchase twice as a page does after a lost answer."""

    weight = 2

    @task(4)
    def buy(self) -> None:
        """Buy by socket."""
        self._buy(uuid.uuid4().hex)

    @task(1)
    def buy_twice(self) -> None:
        """The same key must give the same order."""
        key, product = uuid.uuid4().hex, self.some_goods()
        first, again = self._buy(key, product), self._buy(key, product)
        if first and again and first != again:
            self.record.failed("command", "buy", f"one key, two orders: {first} and {again}")

    @task(1)
    def buy_by_http(self) -> None:
        """Buy by `POST /v1/orders`."""
        product = self.some_goods()
        if product is None or self.session.token is None:
            return
        headers = {"Authorization": f"Bearer {self.session.token}", "Idempotency-Key": uuid.uuid4().hex}
        body = {"show": self.session.show, "product": product, "quantity": 1}
        with self.client.post("/v1/orders", json=body, headers=headers, catch_response=True) as response:
            answer = response.json() or {}
            if response.status_code == 201:
                self.record.acknowledge("orders", answer.get("order") or answer["id"])
            elif answer.get("code") == "sold_out":
                response.success()
            else:
                response.failure(f"{response.status_code} {answer.get('code')}")

    def _buy(self, key: str, product: str | None = None) -> str | None:
        product = product or self.some_goods()
        if product is None:
            return None
        reply = self.act("buy", product=product, quantity=1, key=key, expected=("sold_out",))
        if reply is None and not self.session.joined:  # The answer was lost: the same key asks for it again.
            reply = self.act("buy", product=product, quantity=1, key=key, expected=("sold_out",))
        if reply is None:
            return None
        self.record.acknowledge("orders", reply["order"])
        return str(reply["order"])


class HostUser(Audience):
    """Runs the show: answers, pins, announces, and puts new stock on the shelf. One is enough."""

    fixed_count = 1
    wait_time = between(0.5, 1.5)

    def token(self) -> str | None:
        """The staff's token that the run was given; without one the run fails."""
        token: str = self.environment.parsed_options.staff_token
        return token

    @task(3)
    def answer(self) -> None:
        """Answer a question."""
        if self.session.questions:
            question = self.session.questions.pop(0)
            self.act("question.answer", question=question, text="Yes.", expected=("conflict",))

    @task(2)
    def pin(self) -> None:
        """Hold a product up."""
        product = self.some_product()
        if product:
            self.act("product.pin", product=product)

    @task(2)
    def announce(self) -> None:
        """Say something to all."""
        self.act("announce", text="Ten minutes to go!")

    @task(2)
    def restock(self) -> None:
        """Fill the emptiest shelf."""
        stock = self.session.stock
        if stock:
            self.act("product.restock", product=min(stock, key=stock.__getitem__), add=20)
