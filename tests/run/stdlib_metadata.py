"""importlib.metadata without any distribution of the program's own."""
import importlib.metadata as metadata

try:
    metadata.version("does-not-exist")
except metadata.PackageNotFoundError as problem:
    print(problem, problem.name)
try:
    metadata.distribution("")
except ValueError as problem:
    print(problem)
print(metadata.entry_points(group="no.such.group"), type(metadata.entry_points()).__name__)
print(all(each.metadata["Name"] for each in metadata.distributions()))
print("json" in metadata.packages_distributions())
