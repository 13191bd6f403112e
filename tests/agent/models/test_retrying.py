import pytest

from wardround.agent.models.retrying import BackOff, Retry
from wardround.errors import TransientBackendError


class Attempts:
    """Fails as told, then succeeds; remembers the pauses asked for."""

    def __init__(self, *failures: Retry) -> None:
        self.failures = list(failures)
        self.pauses: list[float] = []

    async def __call__(self) -> str:
        if self.failures:
            raise self.failures.pop(0)
        return "done"

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)


@pytest.mark.parametrize(("chance", "pauses"), [(0.0, [0.25, 0.5, 1.0]), (1.0, [0.5, 1.0, 2.0])])
async def test_pauses_double_and_are_drawn_from_half_to_all(chance: float, pauses: list[float]) -> None:
    attempts = Attempts(*[Retry("busy")] * 3)
    back_off = BackOff(max_retries=3, sleep=attempts.pause, chance=lambda: chance)
    assert await back_off.run(attempts) == "done"
    assert attempts.pauses == pauses


async def test_the_servers_own_wish_replaces_the_pause() -> None:
    attempts = Attempts(Retry("busy", after=7.0))
    assert await BackOff(max_retries=1, sleep=attempts.pause).run(attempts) == "done"
    assert attempts.pauses == [7.0]


async def test_a_wish_beyond_patience_is_not_waited_for() -> None:
    attempts = Attempts(Retry("busy", after=3600))
    with pytest.raises(TransientBackendError, match="busy; it asks to wait 3600 s: try again later"):
        await BackOff(max_retries=5, sleep=attempts.pause).run(attempts)
    assert attempts.pauses == []


async def test_the_last_failure_is_told_with_the_number_of_tries() -> None:
    attempts = Attempts(*[Retry("busy")] * 3)
    with pytest.raises(TransientBackendError, match=r"^busy \(tried 3 times\)$"):
        await BackOff(max_retries=2, sleep=attempts.pause).run(attempts)
    assert len(attempts.pauses) == 2


async def test_pauses_have_a_longest() -> None:
    attempts = Attempts(*[Retry("busy")] * 4)
    await BackOff(max_retries=4, first=20, longest=60, sleep=attempts.pause, chance=lambda: 1.0).run(attempts)
    assert attempts.pauses == [20, 40, 60, 60]
