import app_fota_download


class new:
    def download(self, url, file_name):
        return app_fota_download.download(url, file_name)

    def bulk_download(self, info=[]):
        failed = [one for one in info if self.download(one["url"], one["file_name"]) != 0]
        return failed or None

    def set_update_flag(self):
        app_fota_download.set_update_flag()
