"""A web service on FastAPI and uvicorn: notes, in memory.

    dist/server --port 8000 &
    curl localhost:8000/api/health
    curl -X POST localhost:8000/api/notes -H 'content-type: application/json' -d '{"text": "hi"}'
"""
from __future__ import annotations

import argparse
import itertools

import uvicorn
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field


class NewNote(BaseModel):
    text: str = Field(min_length=1, max_length=2000)
    tags: list[str] = []


class Note(NewNote):
    id: int


app = FastAPI(title="Notes", version="1.0.0")
notes: dict[int, Note] = {}
numbers = itertools.count(1)


@app.get("/api/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/api/notes", status_code=201)
async def add(note: NewNote) -> Note:
    added = Note(id=next(numbers), **note.model_dump())
    notes[added.id] = added
    return added


@app.get("/api/notes")
async def find(tag: str | None = None) -> list[Note]:
    return [note for note in notes.values() if tag is None or tag in note.tags]


@app.get("/api/notes/{number}")
async def one(number: int) -> Note:
    if number not in notes:
        raise HTTPException(404, f"there is no note {number}")
    return notes[number]


def main() -> None:
    parser = argparse.ArgumentParser(description="Serves notes over HTTP.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    given = parser.parse_args()
    uvicorn.run(app, host=given.host, port=given.port, log_level="warning")


if __name__ == "__main__":
    main()
