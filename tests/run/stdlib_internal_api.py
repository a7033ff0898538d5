# /// compare
# until = 12
# ///
"""Extension modules that use CPython's internal functions, its own tests for them."""
import _testcapi
import _testinternalcapi

print(sorted(_testinternalcapi.get_configs())[:2])
print(_testinternalcapi.normalize_path("/a/../b/./c"), _testinternalcapi.test_bswap(), _testcapi.INT_MAX)
