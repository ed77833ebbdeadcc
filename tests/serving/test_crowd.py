"""Who goes when there is no room: never whoever came from a quieter place."""

from hypothesis import given
from hypothesis import strategies as st

from fieldapp.serving.crowd import Crowd


@given(st.lists(st.sampled_from("abc"), max_size=60), st.integers(1, 6))
def test_room_is_kept_and_the_greediest_gives_way(addresses: list[str], most: int) -> None:
    crowd: Crowd[int] = Crowd(most)
    inside: dict[int, str] = {}
    for who, address in enumerate(addresses):
        goes = crowd.enter(who, address)
        inside[who] = address
        if goes is not None:
            held = list(inside.values())
            assert held.count(inside[goes]) == max(map(held.count, held))
            assert goes == min(each for each, place in inside.items() if place == inside[goes])
            del inside[goes]
        assert crowd.count() == len(inside) <= most


def test_one_of_few_stays_though_it_came_first() -> None:
    crowd: Crowd[str] = Crowd(3)
    assert crowd.enter("phone", "10.0.0.2") is None
    gone = [crowd.enter(f"flood{n}", "10.0.0.9") for n in range(50)]
    assert "phone" not in gone
