"""The pictures of the explorers as most notebooks would make them: a matplotlib figure, redrawn by interact.

Each figure shows what the explorer of that name shows, at the same size on the screen: the same curves, areas,
cells and numbers. It is written as one would write it: axes, patches and texts, ``plt.show()`` at the end. No words
above the picture, no table, nothing to point at or drag: what an explorer has beyond the picture is not asked of
its rival. The sliders move what the explorer's do, one and the same slider first.
"""
