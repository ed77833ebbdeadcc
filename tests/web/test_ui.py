"""What templates can call: a table's rows as cards, and one look a state."""

import re
from typing import Any

from flask import Flask
from markupsafe import Markup

from fieldapp import clock
from fieldapp.problems.models import STATE_LABELS, Problem
from fieldapp.visits.states import TABLE as OF_A_VISIT
from fieldapp.web.ui import clock_on_text, with_labels
from tests.story import Story


def test_each_cell_carries_the_name_of_its_column() -> None:
    rows = Markup('<tr><td class="a">1</td><td>x</td></tr>\n<tr><td>2</td><td>y</td></tr>')
    label = '<span class="cell-label">{}</span> '
    first, second = label.format("编号"), label.format("程度")
    assert with_labels(rows, ["编号", "程度"]) == (
        f'<tr><td class="a">{first}1</td><td>{second}x</td></tr>\n<tr><td>{first}2</td><td>{second}y</td></tr>'
    )


def test_a_time_of_another_day_says_which() -> None:
    """A photo that was added later is not taken for one of the visit's day."""
    day = clock.day_of(clock.at(2018, 6, 20))
    assert clock_on_text(clock.at(2018, 6, 20, 9, 17, 10), day) == "9:17:10"
    assert clock_on_text(clock.at(2018, 6, 22, 7, 40, 43), day) == "2018年6月22日 7:40:43"
    assert clock_on_text(None, day) == "—"


def test_a_column_without_a_name_gets_no_label_and_a_name_is_text() -> None:
    rows = Markup("<tr><td>1</td><td>x</td></tr>")
    assert with_labels(rows, ["<b>", ""]) == (
        '<tr><td><span class="cell-label">&lt;b&gt;</span> 1</td><td>x</td></tr>'
    )


def looks(app: Flask, macro: str, states: Any) -> dict[str, tuple[str, str]]:
    """Word, and class with icon, of each state."""
    with app.test_request_context():
        module: Any = app.jinja_env.get_template("ui/status.html").module
        drawn = {state: str(getattr(module, macro)(state)) for state in states}
    word = {state: re.sub(r"<[^>]+>", "", html).strip() for state, html in drawn.items()}
    return {state: (word[state], html.replace(word[state], "")) for state, html in drawn.items()}


def test_every_state_has_a_word_and_a_look_of_its_own(app: Flask) -> None:
    problem, visit = (
        looks(app, "problem_state", STATE_LABELS),
        looks(
            app, "visit_state", {step.source for step in OF_A_VISIT} | {step.target for step in OF_A_VISIT}
        ),
    )
    assert {state: word for state, (word, _) in problem.items()} == STATE_LABELS
    for found in (problem, visit):
        assert len({look for _, look in found.values()}) == len(found)


def test_a_state_looks_the_same_in_the_list_and_on_the_page(story: Story, as_: Any) -> None:
    clerk, unit = as_("clerk"), as_("unit")
    problem = f"/problems/{story.row(Problem, Problem.number == '示例-03')}"
    plan = f"/plans/{story.plan_of_today().id}"
    for client, index, page in (
        (clerk, "/problems", problem),
        (clerk, "/plans", plan),
        (unit, "/problems", problem),
    ):
        listed = client.get(index).text.split(f'href="{page}"')[1]
        assert states(listed)[0] == states(client.get(page).text)[0], page
    assert states(clerk.get(problem).text)[0] == states(unit.get(problem).text)[0]


def states(html: str) -> list[str]:
    """The badges as drawn."""
    return re.findall(r'<span class="status.*?</svg>[^<]*</span>', html, flags=re.S)
