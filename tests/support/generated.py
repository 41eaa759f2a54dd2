"""How many generated examples a test runs through while one server is up: the same ones each time, and none made smaller."""

from hypothesis import HealthCheck, Phase, settings


def a_few(examples: int) -> settings:
    """Return hypothesis' settings for so many examples, however long each takes."""
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
