"""shlex, cmd, getopt, optparse, getpass, gettext, locale, platform helpers, textwrap, curses, readline."""
import cmd
import curses
import curses.ascii
import getopt
import gettext
import io
import locale
import optparse
import readline
import shlex
import sys
import termios

print(shlex.split("a 'b c' \"d\\\"e\" # no", comments=True), shlex.quote("it's"), shlex.join(["a b", "c"]))
print(getopt.gnu_getopt(["-a", "x", "--long=3"], "a", ["long="]))
parser = optparse.OptionParser(prog="p")
parser.add_option("-n", type="int", default=1)
print(parser.parse_args(["-n", "4", "rest"]))


class Shell(cmd.Cmd):
    prompt = "> "
    use_rawinput = False

    def do_add(self, line):
        """add numbers"""
        print(sum(map(int, line.split())), file=self.stdout)

    def do_quit(self, line):
        return True


out = io.StringIO()
Shell(stdin=io.StringIO("add 1 2\nhelp add\nunknown\nquit\n"), stdout=out).cmdloop("welcome")
print(out.getvalue())
print(gettext.gettext("untranslated"), gettext.NullTranslations().ngettext("a", "b", 2))
print(locale.format_string("%d", 1234, grouping=True), locale.localeconv()["decimal_point"])
print(curses.ascii.isalpha("a"), curses.COLOR_RED, readline.get_completer_delims() is not None)
try:
    termios.tcgetattr(sys.stdin)
except termios.error as problem:
    print(problem)
try:
    curses.setupterm("dumb")
    print(curses.tigetnum("cols"))
except curses.error as problem:
    print(problem)
