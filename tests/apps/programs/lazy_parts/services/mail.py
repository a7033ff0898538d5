import email.mime.text


class Service:
    def run(self):
        return email.mime.text.MIMEText("x").get_content_type()
