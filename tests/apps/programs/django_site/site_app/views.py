from django import forms
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt

from .models import Note


class NoteForm(forms.ModelForm):
    class Meta:
        model = Note
        fields = ["title", "text"]


@csrf_exempt
def index(request):
    form = NoteForm(request.POST or None)
    if form.is_valid():
        form.save()
        return redirect("/")
    return render(request, "notes/index.html", {"notes": Note.objects.order_by("title"), "form": form})


async def api(request):
    return JsonResponse({"titles": [note.title async for note in Note.objects.order_by("id")]})
