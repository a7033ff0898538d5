from pydantic import BaseModel, Field


class Settings(BaseModel):
    version: str = "2.1"
    routers: list[str] = Field(default_factory=lambda: ["orders", "reports"])
