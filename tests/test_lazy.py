"""Attributes that are worked out when they are first read."""

import threading

from ketapk.lazy import lazy


class Answer:
    """Something that takes a while to find."""

    def __init__(self, wait=lambda: None):
        self.asked = 0
        self.wait = wait

    @lazy
    def found(self):
        """What was found."""
        self.asked += 1
        self.wait()
        return [self.asked]


def test_it_is_worked_out_once_and_kept():
    one, other = Answer(), Answer()
    assert one.asked == 0
    assert one.found is one.found
    assert one.asked == 1
    assert one.found is not other.found


def test_what_is_put_there_is_not_worked_out():
    one = Answer()
    one.__dict__["found"] = "given"
    assert one.found == "given"
    assert one.asked == 0


def test_the_class_shows_what_is_said_of_it():
    assert Answer.found.__doc__ == "What was found."


def test_threads_that_read_it_at_once_get_the_same():
    together = threading.Barrier(4)
    one, got = Answer(together.wait), []
    threads = [threading.Thread(target=lambda: got.append(one.found)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)
    assert one.asked > 1
    assert len(got) == 4
    assert all(each is one.found for each in got)
