"""All saved searches against many awards at once: one shared graph, evaluated on bitmaps."""

from tidings.searches.engine.engine import Engine, kernel_for
from tidings.searches.engine.features import Features, features_of

__all__ = ["Engine", "Features", "features_of", "kernel_for"]
