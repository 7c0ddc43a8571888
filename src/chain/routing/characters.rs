//! Traditional Chinese characters as simplified ones, as far as the router's words need them.

use std::{collections::HashMap, sync::LazyLock};

/// Pairs of a traditional character and its simplified form.
const PAIRS: &str = "單单鏈链結结構构詞词語语請请這这個个們们為为來来時时間间問问題题證证\
    計计數数學学幾几會会對对應应當当設设給给輸输還还寫写實实現现編编譯译碼码變变類类別别\
    環环異异錯错誤误執执運运優优測测試试級级極极積积導导線线圓圆邊边長长寬宽錐锥體体員员\
    總总達达減减餘余開开關关閉闭連连續续點点維维無无窮穷陣阵遞递歸归棧栈隊队樹树節节圖图\
    論论標标準准條条樣样檢检顯显專专業业薦荐選选買买賣卖錢钱歲岁歷历陳陈講讲說说話话讀读\
    書书課课師师資资網网頁页機机電电腦脑檔档據据庫库鍵键報报壞坏處处這这裡里麼么嗎吗\
    覺觉愛爱樂乐聽听貓猫動动畫画車车輛辆隻只雙双雞鸡魚鱼飯饭湯汤鹽盐藥药醫医國国歐欧\
    亞亚灣湾縣县區区號号歡欢謝谢過过進进遠远邊边迴回憶忆斷断轉转換换輪轮軟软載载鐘钟\
    銀银鐵铁錄录鏡镜門门閱阅難难響响預预領领頭头顆颗願愿風风飛飞養养館馆驗验麗丽齊齐\
    參参與与從从兩两務务勝胜場场塊块壓压夠够將将屬属層层師师廣广張张彈弹後后徑径復复懷怀\
    戰战擇择擊击擬拟攝摄敗败暫暂權权殺杀氣气沒没漸渐滿满潔洁澤泽濃浓燈灯爭争獎奖獨独\
    畢毕療疗發发盤盘眾众確确禮礼種种稱称筆笔範范築筑簡简約约紅红純纯紙纸終终組组絕绝統统\
    經经綠绿緒绪縮缩繪绘繼继罰罚職职聯联聲声膚肤興兴舉举舊旧華华萬万葉叶藝艺術术補补裝装\
    製制複复規规視视親亲觀观訂订訊讯討讨訓训記记許许訴诉評评詢询該该詳详誰谁調调談谈\
    譜谱護护負负財财貨货質质費费貼贴賓宾賞赏賽赛贈赠贏赢趨趋跡迹躍跃輯辑農农遊游適适遺遗\
    邏逻鄰邻鎖锁鋼钢閒闲陰阴陽阳隨随險险靜静韓韩頂顶項项順顺頻频額额飲饮餐餐駕驾驅驱骰骰\
    魯鲁鮮鲜麥麦黃黄黑黑齡龄龍龙佈布併并係系俠侠倉仓側侧傳传傷伤價价億亿儘尽償偿兒儿內内\
    冊册凍冻則则剛刚創创劃划劇剧動动勢势勳勋勵励匯汇協协厭厌參参吳吴員员啟启嘆叹嚐尝嚴严\
    園园圍围執执堅坚報报塵尘墊垫壞坏壺壶夢梦奪夺婦妇媽妈孫孙寶宝審审寫写尋寻對对屆届島岛\
    幣币幫帮強强彙汇徵征態态慮虑慶庆憑凭戲戏戶户拋抛挾挟捨舍掃扫掛挂採采揮挥損损搖摇搶抢\
    擁拥擔担據据擴扩擺摆攔拦敘叙斬斩於于曆历曉晓書书機机殘残決决況况淚泪淨净湊凑溫温準准\
    災灾煙烟煩烦熱热牆墙獲获瑪玛產产畝亩異异瘋疯監监盡尽禦御積积穩稳窗窗競竞籃篮粵粤糧粮\
    細细紹绍絲丝維维練练繞绕罵骂習习聖圣脈脉腳脚臉脸臨临舖铺艦舰蘋苹蘇苏蘭兰號号衛卫\
    裏里襯衬覽览觸触訪访診诊詩诗誌志認认語语誠诚課课諸诸譯译議议讓让豐丰賢贤賬账購购贊赞\
    趙赵趕赶較较輕轻轟轰辦办辭辞遲迟選选鄉乡醬酱釋释鍋锅錶表鑰钥閃闪閣阁陸陆隱隐雖虽\
    雜杂離离雲云霧雾靈灵頓顿頸颈題题顧顾顏颜飄飘飽饱馬马騎骑驚惊髮发鬆松鬥斗鬧闹鳥鸟鴨鸭";

/// The simplified form of `character`; itself where it has none here.
pub(super) fn simplified(character: char) -> char {
    SIMPLIFIED.get(&character).copied().unwrap_or(character)
}

static SIMPLIFIED: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let mut characters = PAIRS.chars().filter(|character| !character.is_whitespace());
    let mut pairs = HashMap::new();
    while let (Some(traditional), Some(simple)) = (characters.next(), characters.next()) {
        pairs.insert(traditional, simple);
    }
    pairs
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pairs_are_pairs() {
        assert_eq!(simplified('證'), '证');
        assert_eq!(simplified('鴨'), '鸭');
        assert_eq!(simplified('证'), '证');
        let characters = PAIRS.chars().filter(|character| !character.is_whitespace()).count();
        assert_eq!(characters % 2, 0);
    }
}
