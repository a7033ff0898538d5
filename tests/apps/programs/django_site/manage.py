"""A Django project: migrations, ORM, admin, templates, forms, the test client, management commands."""
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop_project.settings")


def main():
    from django.core.management import execute_from_command_line
    if len(sys.argv) > 1:
        execute_from_command_line(sys.argv)
        return
    import django
    django.setup()
    from django.core.management import call_command
    call_command("migrate", verbosity=1, no_color=True)
    call_command("check")
    from django.contrib.auth.models import User
    from site_app.models import Note
    User.objects.create_superuser("root", "root@example.org", "secret")
    for number in range(3):
        Note.objects.create(title=f"note {number}", text="text " * number, owner=User.objects.get())
    print(Note.objects.filter(title__endswith="1").values_list("title", "owner__username"), Note.objects.count())
    from django.test import Client
    client = Client()
    page = client.get("/")
    print(page.status_code, page.content.decode())
    print(client.post("/", {"title": ""}).content.decode())
    print(client.post("/", {"title": "new", "text": "<b>"}).status_code, Note.objects.latest("id"))
    print(client.login(username="root", password="secret"), client.get("/admin/").status_code)
    print(client.get("/admin/site_app/note/").content.count(b"note "), client.get("/missing").status_code)
    print(client.get("/api").json())
    call_command("notes", "--upper")
    call_command("dumpdata", "site_app", indent=1)
    call_command("makemigrations", "site_app", "--dry-run", "--check")
    from django.utils import translation
    with translation.override("de"):
        print(translation.gettext("Yes"), translation.ngettext("%d day", "%d days", 2))
    call_command("collectstatic", interactive=False, dry_run=True, verbosity=0)


if __name__ == "__main__":
    main()
