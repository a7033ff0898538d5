from fastapi import APIRouter
from fastapi.responses import HTMLResponse

router = APIRouter()


@router.get("/report", response_class=HTMLResponse)
def report():
    return "<p>grün</p>"
