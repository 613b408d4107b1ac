"""What the columns of a paper register may be called."""

from __future__ import annotations

from app.core.sheets import Vocabulary
from app.places.points import coordinate_field

WORDS: dict[str, tuple[str, ...]] = {
    "serial": ("序号", "编号", "序", "号", "no", "id", "户号", "档案号", "#", "项次"),
    "name": (
        "姓名", "名字", "户主", "户主姓名", "老人姓名", "受助人", "受助人姓名", "受助对象", "居民姓名",
        "对象姓名", "服务对象", "申请人", "申请人姓名", "受益人", "受益人姓名", "长者姓名", "称呼",
        "name", "fullname",
    ),
    "born": (
        "出生年", "出生年份", "出生年月", "出生日期", "出生", "生日", "生年", "出生年月日", "生于",
        "birthyear", "born", "yearofbirth", "birthdate", "dateofbirth", "birthday", "dob",
    ),
    "age": ("年龄", "岁数", "年纪", "周岁", "虚岁", "岁", "age"),
    "id_number": ("身份证", "身份证号", "身份证号码", "证件号", "证件号码", "idnumber"),
    "gender": ("性别", "gender", "sex"),
    "phone": (
        "电话", "联系电话", "手机", "手机号", "手机号码", "电话号码", "联系方式", "座机", "固定电话",
        "联系号码", "家庭电话", "家属电话", "紧急联系电话", "移动电话", "phone", "mobile", "tel",
        "telephone", "phonenumber",
    ),
    "contact": ("联系人", "紧急联系人", "家属", "家属姓名", "监护人", "contact"),
    "city": ("城市", "市", "所在市", "city"),
    "district": ("区", "区县", "所在区", "行政区", "district"),
    "street": ("街道", "街镇", "所属街道", "街道镇", "镇", "乡镇", "所在街道", "街道乡镇", "subdistrict"),
    "committee": (
        "居委", "居委会", "社区", "所属居委", "村居", "居村委", "居村", "所属社区", "村委", "居村委会",
        "committee", "neighbourhood",
    ),
    "address": (
        "住址", "地址", "家庭住址", "家庭地址", "详细地址", "居住地址", "现住址", "门牌", "门牌号",
        "住所", "通讯地址", "送货地址", "实际住址", "户籍地址", "address",
    ),
    "road": ("路名", "路", "道路", "road"),
    "lane": ("弄", "弄号", "lane"),
    "number": ("楼号", "楼栋", "幢号", "栋号", "号码"),
    "room": ("室", "室号", "房号", "房间号", "房间", "room"),
    "floor": ("楼层", "层", "几楼", "所在楼层", "floor", "楼层电梯"),
    "lift": ("电梯", "有无电梯", "是否有电梯", "lift", "elevator"),
    "size": (
        "家庭人数", "人口", "人数", "家庭人口", "家庭成员数", "户口人数", "同住人数", "家庭人口数",
        "常住人口", "几口人", "家中人数", "householdsize", "size", "people",
    ),
    "tags": (
        "类别", "困难类型", "类型", "困难类别", "家庭类型", "困难情况", "身份类别", "人员类别",
        "帮困类型", "对象类别", "家庭情况", "救助类型", "困难原因", "category", "type",
    ),
    "diet": (
        "忌口", "健康", "饮食注意", "饮食", "忌口健康", "健康状况", "饮食禁忌", "过敏", "过敏史",
        "饮食要求", "健康饮食", "身体状况", "疾病", "食物禁忌", "diet", "allergies", "health",
    ),
    "registered": (
        "登记日期", "登记", "登记时间", "录入日期", "建档日期", "入册日期", "建档时间", "加入日期",
        "日期", "申请日期", "registered", "date",
    ),
    "needs": ("需求", "需要", "所需物资", "帮扶需求", "物资需求", "needs"),
    "notes": ("备注", "说明", "注", "其他", "附注", "注意事项", "备考", "notes", "remarks", "note"),
    "lng": ("经度", "东经", "lng", "lon", "longitude"),
    "lat": ("纬度", "北纬", "lat", "latitude"),
    "point": ("坐标", "经纬度", "定位", "位置坐标", "coordinates"),
}  # fmt: skip

FIELDS = tuple(WORDS)
SEVERAL = frozenset({"phone", "notes", "tags", "diet", "needs"})
ADDRESS_FIELDS = ("address", "road", "lane", "number", "room")

VOCABULARY = Vocabulary(WORDS, SEVERAL, coordinate_field)
