def connect():
    import ftplib

    return ftplib.FTP.__name__
