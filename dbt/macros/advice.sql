{# What is wrong and what to do, in the words that communes read, for each check of the models. The place (sheet, row,
   printed header) is put before it. Level and severity are in the seed check_catalogue; ingestion words its own checks. #}
{% macro advice() -%}
    {{ return({
        'household_code_missing': 'thiếu mã hộ; hàng này chưa được nhập, hãy điền mã hộ rồi gửi lại tệp.',
        'household_code_duplicate': 'mã hộ lặp lại trong tệp; các hàng cùng mã chưa được nhập, hãy sửa để mỗi hộ một mã rồi gửi lại tệp.',
        'class_label_missing': 'thiếu kết quả phân loại; hàng này chưa được nhập, hãy điền kết quả rồi gửi lại tệp.',
        'class_label_unknown': 'kết quả phân loại không có trong danh mục của biểu mẫu; hàng này chưa được nhập, hãy sửa rồi gửi lại tệp.',
        'area_class_missing': 'thiếu khu vực hoặc khu vực không có trong danh mục; hàng này chưa được nhập, hãy điền rồi gửi lại tệp.',
        'member_without_household': 'mã hộ trống hoặc không có trong danh sách hộ; hàng này chưa được nhập, hãy sửa mã hộ rồi gửi lại tệp.',
        'unreadable_number': 'không đọc được số; ô này được coi là trống, hãy nhập lại bằng chữ số.',
        'unreadable_date': 'không đọc được ngày hoặc năm; ô này được coi là trống, hãy nhập theo dạng ngày/tháng/năm hoặc chỉ năm.',
        'unreadable_mark': 'không đọc được dấu; ô này được coi là không, hãy đánh x hoặc để trống.',
        'unreadable_code': 'mã hoặc nhãn không hợp lệ; ô này được coi là trống, hãy sửa theo danh mục của biểu mẫu.',
        'required_cell_empty': 'ô bắt buộc đang trống; hãy điền rồi gửi lại tệp.',
        'b2_not_ten_times_marks': 'điểm B2 khác 10 lần số chỉ số thiếu hụt đã đánh dấu; hãy kiểm tra lại điểm và các dấu.',
        'recorded_not_recomputed': 'kết quả phân loại khác kết quả tính lại theo chuẩn nghèo; hãy kiểm tra lại điểm, thu nhập và kết quả.',
        'member_count_not_rows': 'số nhân khẩu khác số hàng thành viên của hộ; hãy kiểm tra lại danh sách thành viên.',
        'totals_not_list': 'số tổng hợp khác số tính từ danh sách hộ; hãy kiểm tra lại bảng tổng hợp và danh sách.',
        'listed_household_without_row': 'một hộ nghèo hoặc cận nghèo của danh sách trước không có hàng nào trong danh sách này; hãy bổ sung hộ hoặc ghi lý do ra khỏi danh sách.',
        'movement_not_computed': 'biến động ghi nhận khác biến động tính từ các năm; hãy kiểm tra lại kết quả năm trước và biến động.',
        'no_accepted_file': 'chưa có tệp rà soát nào được chấp nhận; hãy gửi tệp, số liệu của năm còn là sơ bộ.',
    }) }}
{%- endmacro %}
