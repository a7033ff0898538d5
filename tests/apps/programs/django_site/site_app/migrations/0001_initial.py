import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel("Note", [
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("title", models.CharField(max_length=80)),
            ("text", models.TextField(blank=True)),
            ("owner", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL,
                                        to=settings.AUTH_USER_MODEL)),
        ]),
    ]
