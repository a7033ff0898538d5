"""SQLAlchemy's asyncio extension: compiled coroutines await in the middle of its synchronous code, through greenlets."""
import asyncio
import datetime
from typing import Optional

from sqlalchemy import ForeignKey, event, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncAttrs, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, selectinload, validates
from sqlalchemy.util import await_only, greenlet_spawn


class Base(AsyncAttrs, DeclarativeBase):
    pass


class Author(Base):
    __tablename__ = "author"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    books: Mapped[list["Book"]] = relationship(back_populates="author", cascade="all, delete-orphan", order_by="Book.id")

    @validates("name")
    def check_name(self, key, value):
        if not value:
            raise ValueError(f"{key} is empty")
        return value.strip()

    @hybrid_property
    def initial(self):
        return self.name[0]


class Book(Base):
    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    day: Mapped[Optional[datetime.date]]
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
    author: Mapped[Author] = relationship(back_populates="books")


flushed = []


async def fill(sessions):
    async with sessions() as session, session.begin():
        for name in ("Ada ", "Blaise", "Carl"):
            author = Author(name=name)
            author.books = [Book(title=f"{author.initial}{i}", day=datetime.date(2020, 1, i + 1)) for i in range(3)]
            session.add(author)


async def read(sessions):
    async with sessions() as session:
        query = select(Author).options(selectinload(Author.books)).order_by(Author.name)
        for author in (await session.scalars(query)).all():
            print(author.name, [(book.title, book.day.isoformat()) for book in author.books])
        author = (await session.scalars(select(Author).limit(1))).one()
        session.expire(author)
        await session.refresh(author)
        print(len(await author.awaitable_attrs.books), author.name)
        count = select(Author.name, func.count(Book.id)).join(Book).group_by(Author.name).order_by(Author.name)
        print([tuple(row) async for row in await session.stream(count)])

        def synchronous(inner):
            """Runs in a greenlet; each query in it switches to the event loop."""
            return [[book.author.name for book in inner.scalars(select(Book).where(Book.author == each))]
                    for each in inner.scalars(select(Author).order_by(Author.id)).all()]

        print(await session.run_sync(synchronous))


async def fail(sessions):
    try:
        async with sessions() as session, session.begin():
            session.add(Author(name="Ada"))
    except IntegrityError as problem:
        print(type(problem.orig).__name__, problem.orig)
    try:
        Author(name="")
    except ValueError as problem:
        print(problem)
    async with sessions() as session:
        print(await session.scalar(select(func.count()).select_from(Author)))


async def one(sessions, number):
    async with sessions() as session:
        total = 0
        for _ in range(5):
            total += len((await session.scalars(select(Book).where(Book.id > number))).all())
            await asyncio.sleep(0)
        return total


async def cancel(sessions):
    def slow(inner):
        try:
            return [inner.scalar(select(func.count(Book.id))), await_only(asyncio.sleep(60))]
        finally:
            flushed.append("left")

    async def work():
        async with sessions() as session:
            await session.run_sync(slow)

    task = asyncio.create_task(work())
    await asyncio.sleep(0.05)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("cancelled", flushed[-1])


def down(n):
    return await_only(asyncio.sleep(0, "bottom")) if n == 0 else [down(n - 1)][0]


async def main():
    engine = create_async_engine("sqlite+aiosqlite:///:memory:")

    @event.listens_for(engine.sync_engine, "connect")
    def connected(connection, record):
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(AsyncSession.sync_session_class, "before_flush")
    def before_flush(session, context, instances):
        flushed.append(len(session.new))

    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    await fill(sessions)
    await read(sessions)
    await fail(sessions)
    print(await asyncio.gather(*(one(sessions, number) for number in range(6))))
    await cancel(sessions)
    print([await greenlet_spawn(down, n) for n in (0, 5, 300)])
    print(flushed)
    await engine.dispose()


asyncio.run(main())
