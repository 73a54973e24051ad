"""Values that are kept with an object."""

import threading

from indexer.kept import kept


class Made:
    def __init__(self) -> None:
        self.times = 0

    @kept
    def value(self) -> int:
        """The answer."""
        self.times += 1
        return 42


def test_a_value_is_worked_out_once():
    """When it is first asked for, and never again; each object has its own."""
    one, other = Made(), Made()
    assert (one.times, one.value, one.value, one.times) == (0, 42, 42, 1)
    assert other.times == 0
    assert Made.value.__doc__ == "The answer."


def test_objects_do_not_wait_for_each_other():
    """Two can be at work at the same time."""
    together = threading.Barrier(2)

    class Meeting:
        @kept
        def value(self) -> bool:
            together.wait(timeout=5)
            return True

    def ask():
        assert Meeting().value

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert not together.broken
