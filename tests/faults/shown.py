"""The table of docs/reliability.md: each fault, how it is made here, and the tests that show it.

`python -m tests.faults.shown` writes it between the two marks."""

import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reliability.md"
BEGINS, ENDS = "<!-- faults: python -m tests.faults.shown -->", "<!-- /faults -->"
_TEST = re.compile(r"^def (test_f(\d\d)_\w+)\(", re.M)

# number: what goes wrong, how it is made on this machine
FAULTS = {
    1: ("相机开着，页面被系统关掉", "真浏览器，选照片时 SIGKILL，重开接着拍"),
    2: ("按下以后、回应以前，浏览器被关掉", "线路只进不出，SIGKILL，重开后照原来的时刻送到"),
    3: (
        "手机在一步里睡了 40 分钟",
        "浏览器 SIGSTOP；墙上的钟走 40 分钟，单调钟停着（换进去的钟），服务器的钟一起走",
    ),
    4: ("回访中手机重启", "新进程、新的计时起点，各处的钟都过了 20 分钟"),
    5: ("从后台划掉", "屏幕一显示就 SIGKILL，不给页面任何收尾的机会"),
    6: ("还没送出就断网", "线路拒绝连接；“待传”加一"),
    7: ("送到了，回应丢了", "代理吞掉回应，手机再送，服务器只有一条"),
    8: ("连按、重复提交、回应来两次", "一次按三下；代理送两遍；撤销以后再按同一个键是新的一条"),
    9: ("到达的先后乱了", "照片先拍后到，服务器照手机自己的号排"),
    10: ("晚三天才送到", "两边的钟走三天；手机的时刻和收到的时刻都在"),
    11: ("2G：30 秒延迟，丢 5 %", "代理加延迟、重传；每一按 1 秒内记下，不等回应"),
    12: ("上网认证页回 200", "代理自己回一个网页，或者转到它的登录页：手机不当回执，也不当登录过期，留着"),
    13: ("上传到 60 % 断了", "代理按字节切断；磁盘上没有半个文件，重传后哈希一致"),
    14: ("照片 25 MB、空的、HEIC、不是照片", "真文件真请求；不收的留在手机里，别的照传"),
    15: ("四张照片，第三张失败", "代理只切第三张，别的都到，第三张“待传”"),
    16: ("同一编号，两张不同的照片", "服务器两张都存，组长定；手机自己不会造出这种事"),
    17: ("同一编号，两种内容", "真请求，两种都存，409 带回执"),
    18: (
        "手机存满",
        "浏览器协议（CDP）设上限：照片直接传，字用留着的 1 MB 存；这 1 MB 也没有就不备页，页上说",
    ),
    19: ("浏览器不给存", "换掉接口的三种拒绝法，和 Chromium 75：照样一按一传"),
    20: ("数据库被系统关掉", "关掉页面手里的每个连接，下一按自己再开"),
    21: ("网站数据被清掉", "CDP 清掉全部：收过的都在服务器，回访接着记；清掉以前，存了一天多的今日说出来"),
    22: ("两个标签页，同一次回访", "真浏览器两个标签页，各送各的，一条不重"),
    23: ("两部手机，同一次回访", "两个真浏览器断网各记各的，都到，分开放"),
    24: ("没网时登录过期", "删掉登录，记的留着；重新登录后在本人名下送到"),
    25: ("手机换人登录", "真浏览器：第二个人看不到、送不走第一个人的，第一个人回来都送到"),
    26: ("没网时账号被停", "什么也不上传；导出的密封文件在办公室导入，进待处理"),
    27: ("没网时回访被取消", "都收下，标出来，办公室定"),
    28: ("手机的钟差一天、中途被改、换时区", "换进去的钟；重开时换时区；时长真，改前的时刻也在"),
    29: ("服务器的钟退 5 分钟", "真进程，换进去的钟；回执只往前"),
    30: ("提交时服务器被 kill -9", "真进程，八部手机压着，反复 SIGKILL"),
    31: ("断电", "没有拔电源：strace 记下每次写，没 fsync 的丢掉或只留一部分，再打开核对"),
    32: ("磁盘满、inode 用完、变只读", "小的 tmpfs；507，手机留着，读的照常"),
    33: ("打开表以后、送出以前，系统升级", "换一套脚本和 worker 在同一份数据上跑：旧表照收，旧的待传不丢"),
    34: ("服务器退回昨晚的备份", "真的备份、丢掉、恢复；手机自己补上缺的（两次问之间的十分钟跳过）"),
    35: ("一条坏记录", "代理对这一条总回我们自己的 500：放到一边，别的照传，看得见，能重传、导出"),
    36: ("worker 坏了、旧了", "/sw.js 换成坏的、没有的、总回旧页的；关掉的开关"),
    37: ("没有脚本、脚本读不懂、Chromium 75", "关掉脚本的真浏览器，真的 Chromium 75：每个键都能用"),
    38: ("200 部手机 17:30 一起送", "200 个真连接，同一台机器上再量一个只写一次的最小服务器"),
    39: ("导出时数据库被长时间读着", "真的导出在跑，记录照收"),
    40: ("有人改、删、换了存着的东西", "直接改库、换文件；核对程序说得出第一处"),
}


def shown_by() -> dict[int, dict[str, list[str]]]:
    """By fault: the files and the names of the tests in them."""
    found: dict[int, dict[str, list[str]]] = defaultdict(dict)
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for name, number in _TEST.findall(file.read_text()):
            found[int(number)].setdefault(str(file.relative_to(ROOT / "tests")), []).append(name)
    return dict(found)


def table() -> str:
    """As it stands in the page."""
    found = shown_by()
    lines = ["| 编号 | 出什么事 | 在这里怎么演 | 测试 |", "| --- | --- | --- | --- |"]
    for number, (what, how) in FAULTS.items():
        files = "，".join(f"`{file}`" for file in found.get(number, {}))
        lines.append(f"| F{number:02} | {what} | {how} | {files} |")
    return "\n".join(lines)


def written(page: str) -> str:
    """The page with the table of today."""
    before, _, rest = page.partition(BEGINS)
    _, _, after = rest.partition(ENDS)
    return f"{before}{BEGINS}\n{table()}\n{ENDS}{after}"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))
