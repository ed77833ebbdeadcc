"""The sentences that the fold says: what is wrong with a tap, and what a hand-in still waits for."""

SENTENCES = {
    "no_begin": "没有“开始”这一条",
    "begin_differs": "两次开始记的地方或事项不一样，以先记的为准",
    "no_consent": "陪同办事，没记对方同意",
    "time_doubtful": "时间存疑：对过钟差以后，手机的钟被改过",
    "doubled_seq": "序号和另一条重了",
    "altered": "内容和当时存的指纹不符",
    "after_review": "审核以后才到，不在已审的记录里",
    "after_closing": "销号以后才到，销号不变，由办公室决定",
    "rival": "同一编号有两种内容，等组长定",
    "stranger": "不是这次回访的人记的",
    "adopted": "交了以后由办公室收进来的",
    "unknown_kind": "这个版本不认识的一类记录，原样留着",
    "unreadable": "缺内容，算不进去",
    "doubled_field": "有一项来了两次，那一项不算",
    "unknown_choice": "选项不认识，原样留着",
    "unknown_subject": "准备单里没有这一项",
    "too_long": "文字超过 2000 字",
    "after_handin": "交了以后又记的",
    "sent_back": "退回以后补的",
    "late": "交之前记的，不在清点之内：交了以后才到，或者在另一部手机、浏览器上记的",
    "no_target": "要改的那一条还没到，或者没有",
    "rival_target": "那一条有两种内容，要组长来定",
    "not_yours": "不是自己记的，不能改",
    "not_undoable": "撤销、交记录和会签不能撤销",
    "undo_after_handin": "交了以后不能撤销，可以更正",
    "struck_already": "那一条已经撤销了",
    "not_correctable": "这一类记录不能更正",
    "judged_already": "交了以后看得到同事的判断，自己的不能再改，由组长更正",
    "empty_correction": "更正里没有写改成什么",
    "watch_running": "已经在计时，这次“起”不算",
    "watch_not_running": "没有在计时，这次“止”不算",
    "no_photo": "照片的内容没有到",
}


def conflict_sentence(n: int) -> str:
    return f"有 {n} 处说法不一致，等组长定"
