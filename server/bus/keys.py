"""Every Redis key and topic in one table. `<p>` is the prefix of the settings.

| name | what | form | lives |
|---|---|---|---|
| `<p>:{show}:totals` | reactions of the show by kind, and `_` as a mark | hash | an hour from its last tick |
| `<p>:{show}:processes` | by process: until when it counts, its viewers, what it has told | hash of JSON | an hour from its last tick |
| `{<p>:ledger}:<n>` | flushes of the processes whose checksum comes to n, 0 to 15, field `b` | stream | until a worker has counted them |
| `<p>:ledger` | the same, of all recorders of a server of the version before | stream | until a worker has counted them |
| `<p>:ledger:set-aside` | flushes that could not be counted | stream | until somebody looks; the newest 1,000 |
| `<p>:bucket:<act>:<by>:<key>` | when somebody's bucket is full again, in µs (`server.pace`) | string | until then |
| `<p>:kept:<name>` | an order of questions that is read page by page | list | 5 minutes from its last page |
| `<p>:show:<show>` | publications of the show, MessagePack `[process, show, epoch, [publication, …], word]` | topic | – |
| `<p>:everyone` | what is for every process, in the same form, without a show | topic | – |
| `<p>:echo:<process>` | the process hears itself: its connections both ways are alive | topic | – |

The braces are hash tags: in a cluster both keys of a show live on one node, where one script reaches them, and so do all streams of
the ledger, which are waited for at once.
"""

LEDGERS = 16
"""How many streams the ledger has: so many workers can count at once. With fewer, those of servers that run would be read no more."""


class Keys:
    """Names under one prefix."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self.ledger = f"{prefix}:ledger"
        self.ledgers = tuple(f"{{{self.ledger}}}:{n}" for n in range(LEDGERS))
        self.everyone = f"{prefix}:everyone"
        self.ledger_set_aside = f"{prefix}:ledger:set-aside"

    def totals(self, show_id: str) -> str:
        """The show's reactions by kind."""
        return f"{self._prefix}:{{{show_id}}}:totals"

    def processes(self, show_id: str) -> str:
        """What each process has told about the show."""
        return f"{self._prefix}:{{{show_id}}}:processes"

    def bucket(self, name: str) -> str:
        """When somebody's bucket is full again."""
        return f"{self._prefix}:bucket:{name}"

    def kept(self, name: str) -> str:
        """A list that is kept for a while."""
        return f"{self._prefix}:kept:{name}"

    def show_topic(self, show_id: str) -> str:
        """Where the show's publications travel."""
        return f"{self._prefix}:show:{show_id}"

    def echo_topic(self, process_id: str) -> str:
        """Where a process hears itself."""
        return f"{self._prefix}:echo:{process_id}"
