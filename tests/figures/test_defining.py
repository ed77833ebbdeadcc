"""What is counted of what; by unit and by county, in the order of names."""

from uuid import UUID

from fieldapp.figures.defining import DEFINITIONS, LISTS, OF_VISITS, Thing, figures, grouped, within

TOWN, BUREAU, COUNTY, OTHER = (UUID(int=n) for n in (1, 2, 3, 4))


def thing(unit: UUID = TOWN, name: str = "乙镇", county: UUID = COUNTY) -> Thing:
    return Thing(unit, name, county, "甲县" if county == COUNTY else "丙县", "01")


BASE = {
    "issued": [thing(), thing(), thing(BUREAU, "丁局")],
    "closed": [thing()],
    "overdue": [],
    "requested": [],
    "returned": [],
}


def test_each_is_of_its_own_whole() -> None:
    found = {each.definition.label: (each.n, each.whole) for each in figures(BASE)}
    assert found == {"交办": (3, None), "已销号": (1, 3), "超期": (0, 3), "打回单位": (0, 0)}


def test_whoever_has_no_list_of_visits_gets_no_figure_of_them() -> None:
    assert all(each.definition.part not in OF_VISITS for each in figures(BASE))
    assert figures({**BASE, "handed": [thing()], "sent_back": []})[-1].whole == 1


def test_the_two_returns_are_counted_apart() -> None:
    labels = {each.part: each.whole for each in DEFINITIONS}
    assert labels["returned"] == "requested"
    assert labels["sent_back"] == "handed"
    assert {each.part for each in DEFINITIONS} | {each.whole for each in DEFINITIONS if each.whole} == set(
        LISTS
    )


def test_groups_stand_by_name_whatever_their_figures() -> None:
    found = grouped(BASE, "unit")
    assert [each.name for each in found] == ["丁局", "乙镇"]
    assert [each.figures[0].n for each in found] == [1, 2]
    more = {**BASE, "issued": [*BASE["issued"], thing(OTHER, "远镇", OTHER)]}
    assert [(each.name, each.figures[0].n) for each in grouped(more, "county")] == [("丙县", 1), ("甲县", 3)]


def test_within_one() -> None:
    assert within(BASE, "unit", None) is BASE
    assert len(within(BASE, "unit", TOWN)["issued"]) == 2
    assert within(BASE, "county", OTHER)["issued"] == []
