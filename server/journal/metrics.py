"""What the journal counts."""

from prometheus_client import Counter

TRANSACTIONS = Counter("showfloor_journal_transactions", "Transactions committed on journals")
COMMANDS = Counter("showfloor_journal_commands", "Commands carried out in them")
AWAY = Counter("showfloor_journal_database_away", "Transactions that failed because PostgreSQL was away")
IN_DOUBT = Counter(
    "showfloor_journal_commits_in_doubt", "Transactions whose COMMIT PostgreSQL did not answer: done or not"
)
GAPS = Counter(
    "showfloor_journal_gaps_found", "Times the top check found publications that the bus had not brought"
)
TAIL_READS = Counter(
    "showfloor_journal_tail_reads", "SQL reads of publications, for gaps and for opening rooms"
)
SNAPSHOT_READS = Counter("showfloor_journal_snapshot_reads", "SQL reads of whole snapshots")
