"""The serving process's clock: the system's, but it does not go back with it."""

from fieldapp.clock import LARGEST_STEP_MS, Steady

HOUR = 3_600_000


class Machine:
    """A system whose wall clock can be set."""

    def __init__(self, wall: int = 10 * HOUR) -> None:
        self.wall, self.mono = wall, 100.0

    def pass_(self, seconds: float) -> None:
        self.wall, self.mono = self.wall + int(seconds * 1000), self.mono + seconds

    def steady(self, floor: int = 0) -> Steady:
        return Steady(lambda: self.wall, lambda: self.mono, floor)


def test_it_is_the_systems() -> None:
    machine = Machine()
    steady = machine.steady()
    for seconds in (0, 1, 40 * 60, 0.25):
        machine.pass_(seconds)
        assert steady() == machine.wall


def test_set_back_it_goes_on_slowly_until_the_system_has_caught_up() -> None:
    machine = Machine()
    steady = machine.steady()
    before = steady()
    machine.wall -= 300_000
    said = []
    for _ in range(660):
        machine.pass_(1)
        said.append(steady())
    assert [before, *said] == sorted({before, *said})  # strictly onwards
    assert said[0] == before + 500
    assert said[-1] == machine.wall


def test_it_begins_where_the_last_process_stopped() -> None:
    machine = Machine()
    last = machine.wall + 300_000
    steady = machine.steady(floor=last)
    machine.pass_(2)
    assert steady() == last + 1000


def test_set_forward_it_follows_and_a_clock_that_was_wrong_is_put_right() -> None:
    machine = Machine()
    steady = machine.steady()
    machine.wall += 10 * HOUR
    assert steady() == machine.wall
    machine.wall -= LARGEST_STEP_MS + 1000
    assert steady() == machine.wall
    assert machine.steady(floor=machine.wall + 100 * HOUR)() == machine.wall
