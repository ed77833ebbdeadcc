"""What is asked before evidence leaves the house."""

from wtforms import RadioField
from wtforms.validators import InputRequired

from fieldapp.web.forms import Form, offered

PHOTOS = {"originals": "原件", "copies": "没有位置的副本"}
HINTS = {
    "originals": "一个字节不改，能和记录里的指纹对上；里面可能有拍照的地点、时间和手机型号",
    "copies": "缩小过，不带地点、时间和手机型号；和记录里的指纹对不上，不能当原件用",
}


class PackageForm(Form):
    """The office's decision, each time anew."""

    photos = RadioField("照片给什么", [InputRequired("选一个")], choices=offered(PHOTOS.items()))
