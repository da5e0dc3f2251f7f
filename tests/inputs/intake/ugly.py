"""Ten workbooks as counties really send them, each named for its sins; ``write_ugly`` makes them in a folder.

Nobody in them exists: names, numbers and places are made up, and the identity number has no valid check digit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import openpyxl
import xlwt

IDENTITY = "42230119600230123X".replace("0230", "0320")
MOBILE = "138 0000 0000"


def write_ugly(folder: Path) -> Path:
    """Write all ten into ``folder``; two counties send two files, one a folder of .csv files."""
    for name, write in UGLY.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path)
    return folder


Rows = Sequence[Sequence[object]]


def _book(path: Path, sheets: dict[str, Rows], dress: Callable[..., None] = lambda _book: None) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
    dress(book)
    book.save(path)


def three_headings(path: Path) -> None:
    """Three merged heading rows with works and gates as columns, numbered columns, sections, totals that hold."""
    rows = [
        ["咸安区2025年城镇老旧小区改造基本情况表"],
        ["填报单位:咸安区住建局", None, None, None, None, None, None, None, "单位:万元、平方米"],
        ["序号", "小区名称", "基本情况", None, None, "改造内容及投资", None, None, "前置条件"],
        [None, None, "户数", "楼栋数", "建筑面积", "屋面修缮", None, "道路改造", "成立小区党组织"],
        [None, None, None, None, None, "工程量", "造价", "造价(元)", None],
        [1, 2, 3, 4, 5, 6, 7, 8, 9],
        ["一、温泉街道"],
        [1, "桂花苑", 120, 4, 9600, 800, 25.5, 300000, "是"],
        [2, "书台山小区", 80, 3, 6400, None, None, 155000, "否"],
        ["小计", None, 200, 7, 16000, 800, 25.5, 455000],
        ["二、浮山街道"],
        [3, "龙潭院", 60, 2, 4800, 300, 9.75, None, "是"],
        ["小计", None, 60, 2, 4800, 300, 9.75],
        ["合计", None, 260, 9, 20800, None, 35.25, 455000],
        ["其中:2000年以前建成", None, 200],
        ["注:1.户数为产权户数。"],
        ["填表人:某某", None, None, "联系电话:13800000000"],
    ]

    def dress(book: openpyxl.Workbook) -> None:
        page = book["基本情况"]
        for area in ("A1:I1", "A3:A5", "B3:B5", "C3:E3", "C4:C5", "D4:D5", "E4:E5", "F3:H3", "F4:G4", "I4:I5", "A7:I7",
                     "A11:I11", "A16:I16"):  # fmt: skip
            page.merge_cells(area)

    _book(path, {"基本情况": rows}, dress)


def totals_differ(path: Path) -> None:
    """A total that does not add up; full-width digits, commas, blanks, 约, 无, dashes, numbers as text, units."""
    estates = [
        ["嘉鱼县老旧小区台账"],
        [None, None, None, None, None, "单位:万平方米"],
        ["小区编号", "小区名", "建成年代", "总户数", "楼栋", "建筑面积"],
        ["JY-01", "江畔小区", "1995", "1,200", "约20栋", 9.6],
        ["JY-02", "鱼岳新村", 1998, "３４０", 12, "2.7"],
        ["JY-03", "沙阳里", "无", "2 10户", "—", "0.95万㎡"],
        ["JY-04", "石矶头院", 2001, "不详", 3, 0.3],
        ["JY-05", "北街宿舍", 1989, "约90余户", 2, None],
        [None, "合 计", None, 1800, 37, 13.55],
    ]
    items = [
        ["改造项编号", "所属小区", "改造内容", "投资(万元)", "是否必做"],
        ["JY-01-1", "江畔小区", "屋面修缮", "128.5万元", "√"],
        ["JY-01-2", "JY-01", "道路改造", 1280000, "×"],
        ["JY-02-1", "鱼岳新村", "照明改造", 15.005, "是"],
        [None, "沙阳里", "绿化整治", "约30", "必做"],
    ]
    _book(path, {"1.小区台账": estates, "改造内容": items})


def hundred_millions(path: Path) -> None:
    """1.2亿 in a column of 万元, 元 in headings, amounts without any unit, a merged amount, vertical merges."""
    estates = [
        ["赤壁市", None, None, None],
        ["小区编号", "小区名称", "户数", "建筑面积(㎡)"],
        ["CB-01", "蒲圻纺织厂生活区", 3200, 256000],
        ["CB-02", "陆水院", 150, 12000],
    ]
    items = [
        [None, None, None, "单位:万元"],
        ["小区名称", "改造内容", "造价", "单价", "工程量", "备注"],
        ["蒲圻纺织厂生活区", "供水管道改造", "1.2亿", None, None, "分两期"],
        [None, "排水管道改造", "3500万", None, None, None],
        [None, "供电线路改造", 860, None, None, None],
        ["陆水院", "屋面修缮", None, 280, "1200平方米", None],
        [None, "道路改造", 46.5, None, None, "两项合价"],
        [None, "照明改造", None, None, None, None],
    ]

    def dress(book: openpyxl.Workbook) -> None:
        page = book["改造清单"]
        page.merge_cells("A3:A5")
        page.merge_cells("A6:A8")
        page.merge_cells("C7:C8")

    pledges = [["小区名称", "资金来源", "承诺金额"], ["陆水院", "居民直接出资", "3.6"], ["陆水院", "住宅维修资金", 2]]
    _book(path, {"小区": estates, "改造清单": items, "出资承诺": pledges}, dress)


def old_format(path: Path) -> None:
    """An .xls workbook with a hidden row, an error value, and the county's name in its title only."""
    book = xlwt.Workbook()
    page = book.add_sheet("小区名单")
    rows = [
        ["通城县2025年改造小区名单"],
        ["小区名称", "户数(户)", "楼栋数(栋)", "建成时间", "地址"],
        ["银山花园", 96, 3, "1996年", "隽水镇银山大道"],
        ["秀水坊", 48, 2, 1999, "隽水镇秀水路"],
        ["南门老院", 30, "#DIV/0!", 1992, "隽水镇解放路"],
    ]
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell != "#DIV/0!":
                page.write(number, column, cell)
    page.row(3).hidden = True
    page.row(4).set_cell_error(2, "#DIV/0!")
    works = book.add_sheet("改造内容清单")
    for number, row in enumerate([["小区名称", "改造内容", "造价(万元)"], ["银山花园", "屋面修缮", 12.5],
                                  ["秀水坊", "道路改造", 8], ["南门老院", "照明改造", 3]]):  # fmt: skip
        for column, cell in enumerate(row):
            works.write(number, column, cell)
    book.save(str(path))


def gbk_csv(path: Path) -> None:
    """A .csv file in GBK; the county is the name of its folder."""
    lines = [
        "小区编号,小区名称,户数,楼栋数(栋),建筑面积(平方米)",
        'CY-1,白霓新村,75,3,"6,000"',
        "CY-2,天城院,40,1,3200",
        "合计,,115,4,9200",
    ]
    path.write_bytes("\r\n".join(lines).encode("gb18030"))


def bom_csv(path: Path) -> None:
    """A .csv file in UTF-8 with a mark, and text that a spreadsheet program would take for a formula."""
    lines = [
        "改造项编号,小区编号,改造内容,造价（万元）,备注",
        "CY-1-1,CY-1,屋面修缮,22.5,=HYPERLINK(1)",
        "CY-2-1,CY-2,停车位增设,18,",
    ]
    path.write_bytes("\r\n".join(lines).encode("utf-8-sig"))


def dates(path: Path) -> None:
    """Years as dates, serial numbers, 2025.3, words, and a range that is no year."""
    estates = [
        ["小区编号", "小区名称", "建成时间", "户数", "楼栋数", "建筑面积"],
        ["TS-01", "通羊新村", datetime(1994, 6, 1), 64, 2, 5100],
        ["TS-02", "石航院", 35065, 52, 2, 4100],
        ["TS-03", "富水里", "1998年底", 45, 1, 3600],
        ["TS-04", "犀港路宿舍", "1985-1992", 38, 1, 3000],
        ["TS-05", "古塔坊", "90年代", 28, 1, 2200],
    ]
    items = [
        ["改造项编号", "小区编号", "改造内容", "造价(万元)"],
        ["TS-01-1", "TS-01", "屋面修缮", 15], ["TS-02-1", "TS-02", "屋面修缮", 14],
        ["TS-03-1", "TS-03", "道路改造", 11], ["TS-04-1", "TS-04", "照明改造", 4], ["TS-05-1", "TS-05", "照明改造", 3],
    ]  # fmt: skip
    gates = [["小区编号", "前置条件", "状态", "具备时间"], ["TS-01", "成立小区党组织", "已具备", 2024.11],
             ["TS-02", "成立小区党组织", "承诺", "2025.3"], ["TS-03", "成立小区党组织", "正在办理", 45748]]  # fmt: skip
    _book(path, {"通山县小区": estates, "改造项": items, "前置条件": gates})


def personal(path: Path) -> None:
    """Names, identity numbers, telephones and doors of residents in columns, and numbers in a remark."""
    rows = [
        ["咸安区居民出资情况"],
        ["小区编号", "小区名称", "户数", "楼栋数", "建筑面积", "户主姓名", "身份证号", "联系电话", "门牌号", "备注"],
        ["XA-101", "永安院", 24, 1, 1900, "某某", IDENTITY, 13800000000, "2栋301", f"联系{MOBILE}"],
        ["XA-102", "鄂高宿舍", 36, 1, 2800, "某某", float(IDENTITY[:-1] + "0"), None, "1栋102", f"证号{IDENTITY}已核"],
    ]
    _book(path, {"小区": rows})


def hidden(path: Path) -> None:
    """Leading blank rows, hidden rows, columns and sheets, a copy of the headings inside, a sheet of something else."""
    head = [None, "小区编号", "小区名称", "县区", "户数", "楼栋数", "建筑面积"]
    rows: list[list[object]] = [[], [], [None, "附件1"], [], head]
    rows += [[None, "JY-11", "簰洲湾院", "嘉鱼", 33, 1, 2600], [None, "JY-12", "官桥新村", "嘉鱼县", 41, 2, 3300]]
    rows += [
        head,
        [],
        [None, "JY-13", "高铁里", "咸安区", 29, 1, 2300],
        [None, "JY-14", "新街院", "通羊县", 27, 1, 2100],
    ]
    works = [["改造项编号", "小区编号", "改造内容", "造价(万元)", "受益户"], ["JY-11-1", "JY-11", "屋面修缮", 7.5, 33],
             ["JY-12-1", "JY-12", "屋面修缮", 9, 41], ["JY-13-1", "JY-13", "屋面修缮", 6, 29]]  # fmt: skip

    def dress(book: openpyxl.Workbook) -> None:
        book["Sheet1"].row_dimensions[7].hidden = True
        book["Sheet1"].column_dimensions["G"].hidden = True
        book["改造项"].sheet_state = "hidden"

    _book(path, {"Sheet1": rows, "改造项": works, "会议签到": [["时间", "地点"], ["上午", "二楼"]]}, dress)


def duplicates(path: Path) -> None:
    """Estates that another county reports too: one id and name, similar names at one address, one spot on the map."""
    rows = [
        ["小区编号", "小区名称", "户数", "楼栋数", "建筑面积", "经度", "纬度", "坐落位置"],
        ["JY-01", "江畔小区", 1200, 20, 96000, None, None, None],
        ["CY-1", "赤马港院", 55, 2, 4400, 113.90012, 29.71234, None],
        ["CB-13", "银山花园小区", 96, 3, 7700, None, None, "隽水镇银山大道"],
        ["CB-14", "莼川里", 44, 1, 3500, 113.90012, 29.71234, None],
        ["CB-14", "莼川里", 44, 1, 3500, None, None, None],
    ]
    items = [["小区编号", "改造内容", "造价(万元)"], ["JY-01", "屋面修缮", 128.5], ["CY-1", "屋面修缮", 13]]
    _book(path, {"小区": rows, "改造项": items})


def names(path: Path) -> None:
    """No ids, names that stand twice or nowhere, an unknown work, near headings, a lost formula, a heading twice."""
    estates = [
        ["小区名称", "户数", "楼栋数量统计", "建筑面积", "建筑面积(平方米)", "安全隐患", "社区"],
        ["福人院", 51, 2, 4000, 4000, "有", "城东"],
        ["福人院", 47, 2, 3700, 3700, "无隐患", "城西"],
        ["麦市新村", "=40+5", 1, 3500, 3500, None, "麦市"],
        [None, 12, 1, 900, 900, None, None],
        ["塘湖里", None, 1, 1000, 1000, None, None],
    ]
    items = [
        ["小区名称", "改造内容", "造价(万元)"],
        ["福人院", "屋面修缮", 10], ["麦市新村", "屋面翻修", 9], ["麦市村", "道路改造", 8], ["塘湖里", "照明改造", 2],
        ["麦市新村", "道路改造", "3+2"],
    ]  # fmt: skip
    _book(path, {"小区": estates, "改造项": items})
    (path.parent / f"~${path.name}").write_bytes(b"lock")


UGLY: dict[str, Callable[[Path], None]] = {
    "01三层标题-咸安区.xlsx": three_headings,
    "02合计不平-嘉鱼县.xlsx": totals_differ,
    "03亿元-赤壁市.xlsx": hundred_millions,
    "04旧版.xls": old_format,
    "崇阳县/小区.csv": gbk_csv,
    "崇阳县/改造项.csv": bom_csv,
    "06日期.xlsx": dates,
    "07个人信息.xlsx": personal,
    "08隐藏行-嘉鱼.xlsx": hidden,
    "09重复-赤壁市.xlsx": duplicates,
    "带 空格 的 文件夹/通城县 10 名称对不上.xlsx": names,
}
"""Files by name; the folder of .csv files is one of the ten."""
