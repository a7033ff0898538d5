"""SciPy and pandas: linear algebra, integration, optimisation, statistics, sparse matrices, tables, files in memory."""
import io

import numpy as np
import pandas as pd
from scipy import fft, integrate, interpolate, linalg, ndimage, optimize, signal, sparse, spatial, special, stats
from scipy.sparse import linalg as sparse_linalg

matrix = np.array([[4.0, 1.0], [2.0, 3.0]])
print(linalg.eigvals(matrix).real.round(6), linalg.solve(matrix, [1, 2]).round(6), linalg.expm(matrix * 0).tolist())
print(round(integrate.quad(np.sin, 0, np.pi)[0], 9), integrate.solve_ivp(lambda t, y: -y, (0, 1), [1.0]).y[0, -1].round(3))
print(optimize.minimize(lambda x: (x[0] - 1) ** 2 + (x[1] + 2) ** 2, [0, 0]).x.round(3), round(optimize.brentq(lambda x: x**3 - 2, 0, 2), 6))
print(optimize.linprog([-1, -2], A_ub=[[1, 1]], b_ub=[4]).fun, stats.norm.cdf(1.96).round(4), stats.ttest_ind([1, 2, 3], [2, 3, 5]).pvalue.round(5))
print(special.gamma(5), special.jv(0, 1.0).round(6), interpolate.CubicSpline([0, 1, 2], [0, 1, 4])(1.5).round(4))
grid = sparse.csr_matrix(np.diag([1.0, 2.0, 3.0]))
print(sparse_linalg.spsolve(grid, [1, 2, 3]), spatial.KDTree([[0, 0], [3, 4]]).query([3, 3])[1], fft.fft([1, 0, 0, 0]).real)
print(signal.butter(2, 0.3)[0].round(5), ndimage.gaussian_filter(np.eye(3), 1).round(4)[0], spatial.ConvexHull([[0, 0], [1, 0], [0, 1], [.2, .2]]).volume)

table = pd.DataFrame({"day": pd.date_range("2024-01-01", periods=6), "shop": list("aabbca"), "sum": [1.5, 2, None, 4, 5, 6]})
print(table.to_string())
print(table.groupby("shop", observed=True)["sum"].agg(["sum", "mean", "count"]).to_string())
print(table.pivot_table(index="shop", columns=table.day.dt.day_name(), values="sum").round(2).to_string())
text = table.to_csv(index=False)
again = pd.read_csv(io.StringIO(text), parse_dates=["day"])
print(again.equals(table), again.dtypes.to_dict(), again.set_index("day").resample("2D")["sum"].sum().tolist())
print(table.to_json(orient="records", date_format="iso")[:80], pd.read_json(io.StringIO(table.to_json())).shape)
print(table.merge(pd.DataFrame({"shop": ["a", "b"], "town": ["X", "Y"]}), how="left").town.fillna("?").tolist())
print(table.describe().loc["mean", "sum"], table["sum"].rolling(2).mean().round(2).tolist(), pd.cut(table["sum"], 3).astype(str).tolist())
print(table.style.to_html()[:7] if False else table.to_html()[:34], pd.Timestamp("2024-03-31", tz="Europe/Berlin") + pd.Timedelta("1D"))
print(table.query("sum > 2 and shop != 'c'").index.tolist(), table.eval("sum * 2").tolist()[:2], pd.Series(["x1", "y2"]).str.extract(r"(\d)")[0].tolist())
