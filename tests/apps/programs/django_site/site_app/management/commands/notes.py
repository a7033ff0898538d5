from django.core.management.base import BaseCommand

from site_app.models import Note


class Command(BaseCommand):
    help = "Lists notes."

    def add_arguments(self, parser):
        parser.add_argument("--upper", action="store_true")

    def handle(self, *args, **options):
        for note in Note.objects.order_by("id"):
            self.stdout.write(note.title.upper() if options["upper"] else note.title)
