"""Engine and session makers of the facts."""
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession as SMAsyncSession

URL = "postgresql+asyncpg://app:secret@localhost:5432/app"
SYNC_URL = "postgresql+psycopg2://app:secret@localhost:5432/app"
PSYCOPG_URL = "postgresql+psycopg://app:secret@localhost:5432/app"
TCP_URL = "postgresql+asyncpg://app:secret@127.0.0.1:5432/app"
DB = "app"
HOST = "localhost"
PORT = 5432

engine = create_async_engine(URL)

maker = async_sessionmaker(engine, expire_on_commit=False)
maker_expiring = async_sessionmaker(engine)  # expire_on_commit=True, the default
sm_maker = async_sessionmaker(engine, class_=SMAsyncSession, expire_on_commit=False)
sm_maker_expiring = async_sessionmaker(engine, class_=SMAsyncSession)
