"""SQLAlchemy: mapped classes, relations, sessions, core, events, errors, async-free SQLite file."""
import sqlalchemy as sa
from sqlalchemy import orm


class Base(orm.DeclarativeBase):
    pass


class Author(Base):
    __tablename__ = "author"
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    name: orm.Mapped[str] = orm.mapped_column(sa.String(30), unique=True)
    books: orm.Mapped[list["Book"]] = orm.relationship(back_populates="author", cascade="all, delete-orphan")


class Book(Base):
    __tablename__ = "book"
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    title: orm.Mapped[str]
    year: orm.Mapped[int | None]
    author_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("author.id"))
    author: orm.Mapped[Author] = orm.relationship(back_populates="books")


engine = sa.create_engine("sqlite:///library.db")
sa.event.listen(engine, "connect", lambda connection, _: connection.execute("pragma foreign_keys=on"))
Base.metadata.create_all(engine)
with orm.Session(engine) as session:
    ann = Author(name="Ann", books=[Book(title="One", year=2001), Book(title="Two", year=None)])
    session.add_all([ann, Author(name="Zoë")])
    session.commit()
    query = sa.select(Author.name, sa.func.count(Book.id)).outerjoin(Book).group_by(Author.name).order_by(Author.name)
    print(query)
    print(session.execute(query).all())
    print([book.title for book in session.scalars(sa.select(Book).where(Book.author.has(name="Ann")).order_by(Book.title))])
    session.add(Author(name="Ann"))
    try:
        session.commit()
    except sa.exc.IntegrityError as problem:
        session.rollback()
        print(problem)
    session.delete(session.get(Author, ann.id))
    session.commit()
    print(session.scalar(sa.select(sa.func.count()).select_from(Book)))
print(sa.inspect(engine).get_table_names(), engine.dialect.name, sa.text("select 1").text)
print(sa.dialects.registry.load("postgresql").name)
