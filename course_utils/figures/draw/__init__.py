"""How things are drawn: scenes, shapes, numbers in cells, panels, hues, label maps. The topics say what is drawn."""
