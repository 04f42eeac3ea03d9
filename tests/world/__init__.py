"""The two programs as they are run, each in a folder of its own, and the people and lines around them."""

from tests.world.programs import Centre, Done, Node, Person, ProgramFailed
from tests.world.scene import Scene, scene
from tests.world.visitor import Visitor

__all__ = ["Centre", "Done", "Node", "Person", "ProgramFailed", "Scene", "Visitor", "scene"]
