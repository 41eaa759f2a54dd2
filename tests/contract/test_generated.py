"""What the repository keeps of its own code in other forms is what the code says: tables, schemas, the picture of the house."""

from pathlib import Path

from server.generate import TOP, house, stale_files


def test_every_generated_file_is_what_the_code_says() -> None:
    assert [str(path.relative_to(TOP)) for path in stale_files()] == []


def test_the_picture_has_every_room_and_each_says_what_it_is_for() -> None:
    parts = {part.name: part for floor in house.read_floors() for part in floor}
    rooms = {path.parent.name for path in Path(TOP, "server").glob("*/__init__.py")}
    assert rooms <= parts.keys()
    assert [name for name in rooms if not parts[name].says] == []
    drawn = Path(TOP, "docs/images/house.svg").read_text()
    assert [name for name in rooms if f">{name}/</text>" not in drawn] == []
