"""A third way to write a match for a model: a digest in place of the log."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the choice."""

    dependencies = [("agents", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="languagemodel",
            name="notation",
            field=models.CharField(
                choices=[("plain", "Plain"), ("compact", "Compact"), ("digest", "Digest")],
                default="plain",
                max_length=8,
            ),
        ),
    ]
