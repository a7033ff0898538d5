"""Pillow: drawing, fonts, resizing, every common file format, errors."""
import hashlib
import io

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps, features

picture = Image.new("RGB", (64, 48), "navy")
draw = ImageDraw.Draw(picture)
draw.ellipse((8, 8, 40, 40), fill=(255, 200, 0), outline="white")
draw.text((4, 30), "pyc2c", fill="white", font=ImageFont.load_default())
print(hashlib.sha256(picture.tobytes()).hexdigest()[:16], picture.getpixel((20, 20)))
for kind, options in (("PNG", {}), ("JPEG", {"quality": 80}), ("GIF", {}), ("WEBP", {"lossless": True}), ("TIFF", {"compression": "tiff_lzw"}), ("BMP", {}), ("JPEG2000", {})):
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    buffer.seek(0)
    again = Image.open(buffer)
    again.load()
    print(kind, again.format, again.size, again.mode)
small = ImageOps.grayscale(picture.resize((16, 12), Image.Resampling.LANCZOS)).filter(ImageFilter.GaussianBlur(1))
print(hashlib.sha256(small.tobytes()).hexdigest()[:16], small.getextrema(), ImageChops.invert(small).getpixel((0, 0)))
print(sorted(name for name in ("jpg", "zlib", "libtiff", "freetype2", "webp") if features.check(name)))
try:
    Image.open(io.BytesIO(b"no picture"))
except Image.UnidentifiedImageError as problem:
    print(type(problem).__name__)
picture.save("out.png")
print(Image.open("out.png").info, len(Image.registered_extensions()) > 50)
