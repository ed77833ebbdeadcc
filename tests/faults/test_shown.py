"""Every fault has a test that is named after it, and the page for users says so truly."""

from tests.faults.shown import BEGINS, ENDS, FAULTS, PAGE, shown_by, written


def test_every_fault_of_the_forty_has_a_test() -> None:
    assert sorted(FAULTS) == list(range(1, 41))
    assert sorted(shown_by()) == sorted(FAULTS)


def test_the_page_names_the_tests_that_there_are() -> None:
    page = PAGE.read_text()
    assert page.count(BEGINS) == page.count(ENDS) == 1
    assert page == written(page), "python -m tests.faults.shown writes the table anew"
