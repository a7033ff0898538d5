"""matplotlib without a display: PNG, SVG and PDF from one figure, fonts and styles from its data files."""
import io

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib import font_manager

figure, (left, right) = plt.subplots(1, 2, figsize=(4, 2))
left.plot([1, 2, 3], [1, 4, 9], label="$x^2$")
left.legend()
right.bar(["a", "b"], [3, 5], color="tab:orange")
figure.suptitle("Größe")
for kind, start in [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF"), ("ps", b"%!PS"), ("raw", b"\xff")]:
    out = io.BytesIO()
    figure.savefig(out, format=kind, **({} if kind == "raw" else {"metadata": None}))
    print(kind, out.getvalue().startswith(start), len(out.getvalue()) > 2000)
with plt.style.context("ggplot"):
    print(plt.rcParams["axes.facecolor"])
print(font_manager.findfont("DejaVu Sans").rpartition("/")[2], matplotlib.get_backend(), sorted(plt.colormaps())[:2])
axes = plt.figure().add_subplot(projection="3d")
axes.scatter([1], [2], [3])
axes.figure.savefig(io.BytesIO(), format="png")
print(type(axes).__name__)
