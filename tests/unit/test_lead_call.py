"""scripts/lead_call.py: one call within an object goes to another function."""
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "lead_call.py"
MEMBER = """
    struct slot { int number; } ;
    static struct slot slotdefs[] = {{1}, {2}, {3}};
    static __attribute__((noinline, noclone)) int update_one_slot(void *type, struct slot *slot) {
        __asm__ volatile("");
        return type ? slot->number : -slot->number;
    }
    static __attribute__((noinline, noclone, used)) int type_new(void *type) {
        int sum = 0;
        for (int i = 0; i < 3; i++) {
            sum += update_one_slot(type, &slotdefs[i]) * 1000;
        }
        return sum;
    }
    int make(void *type) { return type_new(type); }
    int change(void *type) { return update_one_slot(type, slotdefs); }
"""
CALLER = """
    #include <stdio.h>
    extern char rt_slot_definitions[];
    int rt_slot_update_original(void *, void *), make(void *), change(void *);
    __attribute__((visibility("hidden"))) int rt_slot_update(void *type, void *slot) {
        return 10 * rt_slot_update_original(type, slot) + (slot == rt_slot_definitions);
    }
    int main(int count, char **arguments) { printf("%d %d\\n", make(arguments), change(arguments)); }
"""


def archive(folder: Path, text: str, *flags: str) -> Path:
    source, member, made = folder / "member.c", folder / "typeobject.o", folder / "lib.a"
    source.write_text(text)
    subprocess.run(["gcc", "-O2", "-fno-pie", "-w", *flags, "-c", source, "-o", member], check=True)
    subprocess.run(["ar", "rcs", made, member], check=True)
    return made


def lead(made: Path) -> tuple[Path, str]:
    led = made.parent / "led.o"
    ran = subprocess.run([sys.executable, SCRIPT, made, "typeobject.o", led], capture_output=True, text=True, check=True)
    return led, ran.stdout


@pytest.mark.parametrize("flags", [[], ["-g"], ["-fPIC"], ["-fcf-protection"]])
def test_the_call_goes_elsewhere(tmp_path, flags):
    led, said = lead(archive(tmp_path, MEMBER, *flags))
    assert said == ""
    main = tmp_path / "main.c"
    main.write_text(CALLER)
    subprocess.run(["gcc", "-no-pie", main, led, "-o", tmp_path / "program"], check=True)
    ran = subprocess.run([tmp_path / "program"], capture_output=True, text=True, check=True)
    assert ran.stdout == f"{(11 + 20 + 30) * 1000} 1\n"


@pytest.mark.parametrize("text, flags, why", [
    ("int other;", [], "no type_new"),
    (MEMBER.replace("slotdefs", "others"), [], "no slotdefs"),
    (MEMBER.replace("sum += update_one_slot", "sum += update_one_slot(0, slotdefs) + update_one_slot"), [], "2 calls"),
    (MEMBER, ["-ffunction-sections"], "lies elsewhere"),
    (MEMBER, ["-flto", "-fno-fat-lto-objects"], "no type_new"),
])
def test_other_objects_stay_out(tmp_path, text, flags, why):
    led, said = lead(archive(tmp_path, text, *flags))
    assert "typeobject.o of this Python stays as it is" in said and why in said
    symbols = subprocess.run(["nm", led], capture_output=True, text=True, check=True)
    assert symbols.stdout == ""
